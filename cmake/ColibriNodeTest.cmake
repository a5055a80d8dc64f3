# The Node.js of the bridge's packages runs bridge, simulator and end-to-end tests; Debian's is too old.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64)$")
  set(_arch arm64)
else()
  set(_arch x64)
endif()
set(COLIBRI_NODE ${CMAKE_SOURCE_DIR}/plugins/baileys/bridge/node_modules/node-linux-${_arch}/bin/node
  CACHE FILEPATH "The Node.js that runs bridge, simulator and end-to-end tests")

# colibri_node_test(<name> <file> [LABELS ...] [TIMEOUT s]): one file of node:test.
function(colibri_node_test name file)
  cmake_parse_arguments(ARG "" "TIMEOUT" "LABELS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  # Timers of the libraries would keep a process for 20 s after its last test.
  add_test(NAME ${name} COMMAND ${COLIBRI_NODE} --test --test-force-exit ${file} WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
  set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}")
endfunction()
