#pragma once

#include <functional>
#include <string>

#include "base/ids.hpp"
#include "base/result.hpp"

namespace colibri::blobs::local {

/// A file below the folder of blobs. What is neither a blob nor an unfinished one is passed over.
struct Found {
  InstanceKey instance = 0;
  std::string id, path;
  bool unfinished = false;
  std::uint64_t bytes = 0;
  std::int64_t stampUs = 0;  ///< when it was finished, by the wall's clock of then
};

/// Every one, in no order. One that goes meanwhile is passed over. [Blocking] [Errors] unavailable.
Result<void> walk(const std::string& folder, const std::function<void(const Found&)>& look);
/// Those of one instance alone.
Result<void> walkInstance(const std::string& folder, InstanceKey instance,
                          const std::function<void(const Found&)>& look);
/// The instances that have a folder. [Blocking] [Errors] unavailable.
Result<void> walkInstances(const std::string& folder, const std::function<void(InstanceKey)>& look);

}  // namespace colibri::blobs::local
