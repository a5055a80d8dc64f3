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

# What every test file starts with, compiled once. The holder is a program because its code and that of a test
# must be position-independent in the same way.
if(COLIBRI_TESTS AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  file(WRITE ${CMAKE_BINARY_DIR}/test-headers.cpp "int main() {}\n")
  add_executable(test-headers EXCLUDE_FROM_ALL ${CMAKE_BINARY_DIR}/test-headers.cpp)
  target_link_libraries(test-headers PRIVATE GTest::gmock GTest::gtest_main colibri-warnings)
  target_precompile_headers(test-headers PRIVATE <gmock/gmock.h> <boost/json.hpp> <filesystem> <fstream> <future> <thread>)
  # Macros that change headers have to be the same for all, whether they use Poco and Boost.JSON or not.
  target_compile_definitions(test-headers PRIVATE
    $<TARGET_PROPERTY:Poco::Foundation,INTERFACE_COMPILE_DEFINITIONS>
    BOOST_CONTAINER_DYN_LINK BOOST_CONTAINER_NO_LIB BOOST_JSON_DYN_LINK BOOST_JSON_NO_LIB)
  if(CCACHE)
    target_compile_options(test-headers PRIVATE -fpch-preprocess)
  endif()
endif()

# colibri_test(<name> SOURCES <file>... [LINK <target>...] [LABEL <label>] [TIMEOUT s] [WHOLE])
#
# WHOLE: one CTest test for the program, for tests that share something that takes time to start.
# One GoogleTest program; every TEST becomes a CTest test (under ThreadSanitizer: the program), labelled `unit` unless told otherwise. Label `concurrent` also runs it under TSan.
function(colibri_test name)
  cmake_parse_arguments(ARG "WHOLE" "TIMEOUT;LABEL" "SOURCES;LINK" ${ARGN})
  if(NOT COLIBRI_TESTS)
    return()
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  if(NOT ARG_LABEL)
    set(ARG_LABEL unit)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  set_target_properties(${name} PROPERTIES UNITY_BUILD OFF)  # test files name things as they like
  target_link_libraries(${name} PRIVATE ${ARG_LINK} GTest::gmock GTest::gtest_main colibri-warnings)
  if(TARGET test-headers)
    target_precompile_headers(${name} REUSE_FROM test-headers)
    target_compile_definitions(${name} PRIVATE $<TARGET_PROPERTY:test-headers,COMPILE_DEFINITIONS>)
    if(CCACHE)
      target_compile_options(${name} PRIVATE -fpch-preprocess)
    endif()
  endif()
  if(ARG_LABEL STREQUAL "concurrent")
    add_dependencies(tsan-tests ${name})
  endif()
  if(COLIBRI_SANITIZE STREQUAL "thread")
    # A start takes a second under ThreadSanitizer: one for the whole program.
    add_test(NAME ${name} COMMAND ${name} --gtest_brief=1)
    set_tests_properties(${name} PROPERTIES TIMEOUT 900 LABELS ${ARG_LABEL})
  elseif(ARG_WHOLE)
    add_test(NAME ${name} COMMAND ${name} --gtest_brief=1)
    set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS ${ARG_LABEL})
  else()
    gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60
      PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS ${ARG_LABEL})
  endif()
endfunction()
