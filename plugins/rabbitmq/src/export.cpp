#include "rabbitmq_plugin.hpp"

COLIBRI_EXPORT_PLUGIN(colibri::rabbitmq::RabbitmqPlugin)
