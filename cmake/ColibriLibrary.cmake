include(GoogleTest)

# colibri_library(<area> SOURCES <file>... [LINK <target>...] [PRIVATE_LINK <target>...])
#
# The static library core-<area>, alias colibri::core-<area>. Headers are included as "<area>/file.hpp".
function(colibri_library area)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK;PRIVATE_LINK" ${ARGN})
  if(ARG_SOURCES)
    add_library(core-${area} STATIC ${ARG_SOURCES})
    target_include_directories(core-${area} PUBLIC ${CMAKE_SOURCE_DIR}/core)
    target_link_libraries(core-${area} PUBLIC ${ARG_LINK} PRIVATE ${ARG_PRIVATE_LINK} colibri-warnings)
  else()
    add_library(core-${area} INTERFACE)
    target_include_directories(core-${area} INTERFACE ${CMAKE_SOURCE_DIR}/core)
    target_link_libraries(core-${area} INTERFACE ${ARG_LINK})
  endif()
  add_library(colibri::core-${area} ALIAS core-${area})
endfunction()

# colibri_test(<name> SOURCES <file>... [LINK <target>...] [LABELS <label>...])
#
# One GoogleTest program; every TEST becomes a CTest test. Label `concurrent` also runs it under TSan.
function(colibri_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;LINK;LABELS" ${ARGN})
  if(NOT COLIBRI_TESTS)
    return()
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_LINK} GTest::gmock GTest::gtest_main colibri-warnings)
  if("concurrent" IN_LIST ARG_LABELS)
    add_dependencies(tsan-tests ${name})
  endif()
  gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60
    PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "unit;${ARG_LABELS}")
endfunction()
