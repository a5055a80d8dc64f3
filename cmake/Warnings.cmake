# Warnings are errors, on our targets only: third-party headers come in as SYSTEM.
add_library(colibri-warnings INTERFACE)
target_compile_options(colibri-warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Werror)
