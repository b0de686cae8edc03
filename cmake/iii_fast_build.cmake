# Compiling takes longer than testing, most of it for optimization and for reading headers. Tests do
# without the first in all builds and read what they have in common once. With III_FAST_BUILD, which
# is for Clang, so does everything else, but for what simulations run millions of times. Optimized,
# all of it has its turn in the release build.

if(III_FAST_BUILD)
  # Libraries need the latter, and who shares a precompiled header with them.
  add_compile_options(-O0 -fPIC)
endif()

# Defines the target iii_precompiled: headers that most sources include.
function(iii_precompiled)
  file(CONFIGURE OUTPUT precompiled.cpp CONTENT "// Holds the precompiled header.\n")
  add_library(iii_precompiled STATIC ${CMAKE_CURRENT_BINARY_DIR}/precompiled.cpp)
  target_link_libraries(iii_precompiled PRIVATE GTest::gmock iii_warnings)
  target_compile_options(iii_precompiled PRIVATE -O0)
  target_precompile_headers(iii_precompiled PRIVATE
    <gmock/gmock.h> <gtest/gtest.h>
    <algorithm> <array> <atomic> <charconv> <chrono> <coroutine> <deque> <functional> <map>
    <memory> <mutex> <optional> <ostream> <set> <span> <sstream> <string> <string_view>
    <system_error> <thread> <tuple> <utility> <variant> <vector>)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    # It would refuse one from ccache, which is older than its headers in another clone.
    target_compile_options(iii_precompiled PRIVATE "SHELL:-Xclang -fno-pch-timestamp")
    # GCC would refuse it to sources with macros of Boost's.
    target_precompile_headers(iii_precompiled PRIVATE
      <boost/asio/any_io_executor.hpp> <boost/asio/post.hpp> <boost/asio/steady_timer.hpp>
      <boost/json/array.hpp> <boost/json/object.hpp> <boost/json/value.hpp>
      <boost/unordered/unordered_flat_map.hpp>)
  endif()
endfunction()

# For targets that are not tests.
function(iii_precompile target)
  if(III_FAST_BUILD AND TARGET iii_precompiled)
    target_precompile_headers(${target} REUSE_FROM iii_precompiled)
  endif()
endfunction()

# Sources that use what several headers of the C library declare: clang-tidy wants that one included
# which it has read first, and the precompiled header would have read them all.
function(iii_read_headers_in_order)
  set_source_files_properties(${ARGN} PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
endfunction()

# What runs for too long otherwise, with sanitizers in it.
function(iii_optimize)
  if(III_FAST_BUILD AND CMAKE_CXX_FLAGS MATCHES "-fsanitize")
    foreach(target IN LISTS ARGN)
      target_compile_options(${target} PRIVATE -O1)
      set_target_properties(${target} PROPERTIES DISABLE_PRECOMPILE_HEADERS ON)
    endforeach()
  endif()
endfunction()
