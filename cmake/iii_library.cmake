# How a room becomes a library. The order of add_subdirectory in src/CMakeLists.txt is the layer
# diagram: a dependency that is not yet defined stops the configuration.

add_library(iii_warnings INTERFACE)
target_compile_options(iii_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
  -Wnon-virtual-dtor -Wno-missing-field-initializers)
# In a unity build sources are included, and one sees the names of another. The release build
# compiles each but tests alone, and clang-tidy those, too: with these warnings.
add_library(iii_unity_warnings INTERFACE)
target_compile_options(iii_unity_warnings INTERFACE -Wno-shadow)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(iii_unity_warnings INTERFACE -Wno-subobject-linkage)
endif()
if(CMAKE_UNITY_BUILD)
  target_link_libraries(iii_warnings INTERFACE iii_unity_warnings)
endif()
if(III_WARNINGS_AS_ERRORS)
  target_compile_options(iii_warnings INTERFACE -Werror)
endif()

# GCC 12 sees overflows in std::string's own code where a text is built from long literals, and
# values without a beginning in copies of std::optional<boost::json::value>.
function(iii_without_false_alarms)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    set_source_files_properties(${ARGN} PROPERTIES
      COMPILE_OPTIONS
      "-Wno-array-bounds;-Wno-maybe-uninitialized;-Wno-restrict;-Wno-stringop-overflow")
  endif()
endfunction()

# Sources whose own names another source of the target has too: a unity build leaves them alone.
function(iii_apart)
  set_source_files_properties(${ARGN} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
endfunction()

# iii_library(NAME SOURCES a.cpp … [HEADERS a.hpp …] [DEPS rooms …] [LIBRARIES external …]
#             [TESTS a_test.cpp … [LABEL what iii_test takes, unit without it]])
function(iii_library name)
  cmake_parse_arguments(ARG "" "LABEL" "SOURCES;HEADERS;DEPS;LIBRARIES;TESTS" ${ARGN})
  if(ARG_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "room '${name}': what is '${ARG_UNPARSED_ARGUMENTS}'?")
  endif()
  set(target iii_${name})
  if(ARG_SOURCES)
    add_library(${target} STATIC ${ARG_SOURCES})
    set(scope PUBLIC)
    target_link_libraries(${target} PRIVATE iii_warnings)
    # The same objects become programs, archives and shared libraries, ours or a user's. Nobody
    # replaces our functions at load time, so calls within a file need not ask who did.
    set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON)
    target_compile_options(${target} PRIVATE -fno-semantic-interposition)
    iii_precompile(${target})
  else()
    add_library(${target} INTERFACE)
    set(scope INTERFACE)
  endif()
  # These names belong to what users link (iii_product.cmake).
  if(NOT name IN_LIST III_PRODUCTS)
    add_library(iii::${name} ALIAS ${target})
  endif()
  set_target_properties(${target} PROPERTIES
    III_DEPS "${ARG_DEPS}" III_LIBRARIES "${ARG_LIBRARIES}")
  target_compile_features(${target} ${scope} cxx_std_20)
  # The first include of a source is its header: whether a header needs nothing before it is left
  # to be found of those without a source.
  set(without_source ${ARG_HEADERS})
  foreach(source IN LISTS ARG_SOURCES)
    string(REGEX REPLACE "\\.cpp$" ".hpp" header ${source})
    list(REMOVE_ITEM without_source ${header})
  endforeach()
  list(REMOVE_ITEM ARG_HEADERS ${without_source})
  target_sources(${target} ${scope}
    FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR}/src FILES ${ARG_HEADERS}
    FILE_SET without_source TYPE HEADERS
             BASE_DIRS ${PROJECT_SOURCE_DIR}/src FILES ${without_source})
  set_target_properties(${target} PROPERTIES INTERFACE_HEADER_SETS_TO_VERIFY without_source)
  foreach(dep IN LISTS ARG_DEPS)
    if(NOT TARGET iii_${dep})
      message(FATAL_ERROR "room '${name}' depends on '${dep}', which is above it or does not exist")
    endif()
    target_link_libraries(${target} ${scope} iii_${dep})
  endforeach()
  target_link_libraries(${target} ${scope} ${ARG_LIBRARIES})
  if(NOT ARG_LABEL)
    set(ARG_LABEL unit)
  endif()
  if(III_DEVELOPER AND ARG_TESTS)
    iii_test(${name}_test LABEL ${ARG_LABEL} SOURCES ${ARG_TESTS} DEPS ${name})
  endif()
endfunction()

function(iii_unity_test target)
  if(III_UNITY_TESTS)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON)
    target_link_libraries(${target} PRIVATE iii_unity_warnings)
  endif()
endfunction()

# iii_test(NAME LABEL unit|conformance|simulation|integration SOURCES … DEPS rooms …
#          [LIBRARIES external …] [TIMEOUT seconds])
# Tests see the insides of a room: `sdk` is the room, not the product of that name.
function(iii_test name)
  cmake_parse_arguments(ARG "" "LABEL;TIMEOUT" "SOURCES;DEPS;LIBRARIES" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  list(TRANSFORM ARG_DEPS PREPEND iii_)
  target_link_libraries(${name} PRIVATE
    ${ARG_DEPS} ${ARG_LIBRARIES} iii::test_support iii_warnings GTest::gmock GTest::gtest_main)
  iii_unity_test(${name})
  # A simulation computes.
  if(NOT ARG_LABEL STREQUAL "simulation")
    target_compile_options(${name} PRIVATE -O0)
    target_precompile_headers(${name} REUSE_FROM iii_precompiled)
  endif()
  add_test(NAME ${name} COMMAND ${name} --gtest_brief=1)
  set_tests_properties(${name} PROPERTIES LABELS ${ARG_LABEL} TIMEOUT ${ARG_TIMEOUT})
endfunction()
