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
set(configure ${CMAKE_COMMAND} -G ${GENERATOR} -S ${SOURCE}/tests/consumer -B ${WORK}/build -DCMAKE_CXX_COMPILER=${COMPILER}
  -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_FLAGS=${FLAGS})
if(WAY STREQUAL find_package)
  run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/prefix)
  run(${configure} -DCMAKE_PREFIX_PATH=${WORK}/prefix)
else()
  run(${configure} -DLAPICQUE_SOURCE=${SOURCE})
endif()
run(${CMAKE_COMMAND} --build ${WORK}/build)
run(${WORK}/build/consumer)

# Five spikes: 5 ms, the first latency, and then a period each, of 8 ln 5 and 2 + 8 ln 4 ms, less what the sinusoid moves.
string(REGEX MATCHALL "[^\n]+" lines "${output}")
list(LENGTH lines count)
if(NOT count EQUAL 8 OR NOT output MATCHES "\nrheobase 2 nA")
  message(FATAL_ERROR "unexpected output:\n${output}")
endif()
