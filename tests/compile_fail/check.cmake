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
