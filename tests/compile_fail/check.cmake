# cmake -DCOMPILER=… -DFILE=… -DROOT=… -DWARNINGS=… -P check.cmake: see CMakeLists.txt beside it.
function(try_to_compile result output)
  execute_process(
    COMMAND ${CMAKE_COMMAND} -E env LC_ALL=C
            ${COMPILER} -std=c++20 -fsyntax-only ${WARNINGS}
            -I${ROOT}/src -I${ROOT}/include ${ARGN} ${FILE}
    RESULT_VARIABLE status OUTPUT_VARIABLE text ERROR_VARIABLE text)
  set(${result} ${status} PARENT_SCOPE)
  set(${output} "${text}" PARENT_SCOPE)
endfunction()

file(STRINGS ${FILE} expectation REGEX "^// EXPECT: ")
string(REPLACE "// EXPECT: " "" expectation "${expectation}")
if(expectation STREQUAL "")
  message(FATAL_ERROR "${FILE} names no expected message")
endif()

try_to_compile(status output)
if(NOT status EQUAL 0)
  message(FATAL_ERROR "the correct variant is refused:\n${output}")
endif()
try_to_compile(status output -DSHOULD_FAIL)
if(status EQUAL 0)
  message(FATAL_ERROR "the wrong variant is accepted")
endif()
if(NOT output MATCHES "${expectation}")
  message(FATAL_ERROR "the wrong variant is not refused for '${expectation}':\n${output}")
endif()

# A file may also say how many errors there are: what a user reads is one line, not a page.
file(STRINGS ${FILE} errors_line REGEX "^// ERRORS: ")
if(errors_line)
  string(REPLACE "// ERRORS: " "" errors_expected "${errors_line}")
  string(REGEX MATCHALL "error: " errors "${output}")
  list(LENGTH errors errors_found)
  if(NOT errors_found EQUAL errors_expected)
    message(FATAL_ERROR "${errors_found} errors instead of ${errors_expected}:\n${output}")
  endif()
endif()
