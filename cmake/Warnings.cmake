# Warnings are errors, on our targets only: third-party headers come in as SYSTEM.
add_library(colibri-warnings INTERFACE)
target_compile_options(colibri-warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wnon-virtual-dtor -Wold-style-cast -Werror)
if(CMAKE_UNITY_BUILD)
  target_compile_options(colibri-warnings INTERFACE -Wno-subobject-linkage)  # it takes an included source for a header
endif()
