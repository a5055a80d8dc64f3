#include "app/plugin_instances.hpp"

#include <utility>

namespace colibri::app {
namespace {

using Answer = Function<void(Result<plugin::InstanceView>)>;

Result<plugin::InstanceView> viewOf(const instances::InstancePtr& instance) {
  if (!instance || instance->deleting) return Error{Errc::notFound, "there is no such instance"};
  const auto& row = instance->row;
  return plugin::InstanceView{instance->state, row.id, row.name, row.integration, row.ownerJid};
}

instances::Lifecycle::Done<instances::InstancePtr> told(Answer done) {
  return [done = std::move(done)](Result<instances::InstancePtr> instance) mutable {
    done(instance ? viewOf(*instance) : Result<plugin::InstanceView>(instance.error()));
  };
}

}  // namespace

void PluginInstances::ask(InstanceKey instance, Question what, Answer done) {
  switch (what) {
    case Question::state:
      return done(viewOf(registry_.get(instance)));
    case Question::connect:
      return lifecycle_.connect(
          instance, {}, [done = std::move(done)](Result<instances::Connected> connected) mutable {
            done(connected ? viewOf(connected->instance)
                           : Result<plugin::InstanceView>(connected.error()));
          });
    case Question::restart:
      return lifecycle_.restart(instance, told(std::move(done)));
    case Question::logout:
      return lifecycle_.logout(instance, told(std::move(done)));
  }
}

}  // namespace colibri::app
