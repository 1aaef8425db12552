# Builds tests/consumer as a user would (WAY: find_package on an installed copy, or add_subdirectory), runs it, and looks
# at what it prints.

function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(status)
    message(FATAL_ERROR "${ARGN}: exit status ${status}\n${output}")
  endif()
  set(output "${output}" PARENT_SCOPE)
endfunction()

file(REMOVE_RECURSE ${WORK})
# Below another project's tree all our sources are compiled once more; that takes half as long without optimisation, as
# where a project sets no build type, and shows that the digits do not rest on it.
if(WAY STREQUAL find_package)
  set(build_type Release)
endif()
# A component that is asked for is there, or else configuring fails.
if(EXISTS ${BUILD}/lib/certificates)
  set(components -DLAPICQUE_COMPONENTS=files,certificates)
endif()
set(configure ${CMAKE_COMMAND} -G ${GENERATOR} -S ${SOURCE}/tests/consumer -B ${WORK}/build -DCMAKE_CXX_COMPILER=${COMPILER}
  -DCMAKE_BUILD_TYPE=${build_type} -DCMAKE_CXX_FLAGS=${FLAGS})
if(WAY STREQUAL find_package)
  run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/prefix)
  run(${configure} -DCMAKE_PREFIX_PATH=${WORK}/prefix ${components} -DCMAKE_DISABLE_FIND_PACKAGE_Boost=ON)
else()
  run(${configure} -DLAPICQUE_SOURCE=${SOURCE})
endif()
run(${CMAKE_COMMAND} --build ${WORK}/build)
# Whoever uses the installed package needs no Boost: no header leads to one of its. Each compiles on its own.
if(WAY STREQUAL find_package)
  file(GLOB_RECURSE headers RELATIVE ${WORK}/prefix/include ${WORK}/prefix/include/*.hpp)
  foreach(header ${headers})
    file(WRITE ${WORK}/alone.cpp "#include <${header}>\n")
    run(${COMPILER} -std=c++20 -Wall -Wextra -Wpedantic -Werror -fsyntax-only -H -I${WORK}/prefix/include
      ${WORK}/alone.cpp)
    if(output MATCHES "[^\n]*/boost/[^\n]*")
      message(FATAL_ERROR "<${header}> leads to a header of Boost: ${CMAKE_MATCH_0}")
    endif()
  endforeach()
endif()

# Built where the package has what goes with the programs.
foreach(program estimating proving)
  if(EXISTS ${WORK}/build/${program})
    run(${WORK}/build/${program})
  endif()
endforeach()
run(${WORK}/build/consumer)

# It is the program that the README shows, and prints what the README says.
file(READ ${SOURCE}/README.md readme)
file(READ ${SOURCE}/tests/consumer/main.cpp program)
string(FIND "${readme}" "```cpp\n${program}```" shown)
if(shown EQUAL -1)
  message(FATAL_ERROR "README.md does not show tests/consumer/main.cpp")
endif()
string(FIND "${readme}" "```text\n${output}```" printed)
if(printed EQUAL -1)
  message(FATAL_ERROR "README.md does not show the program's output:\n${output}")
endif()
