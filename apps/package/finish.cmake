# Run by CPack between installing and packing: packs manual pages and change logs, and strips static libraries, as Debian
# has them.
file(GLOB_RECURSE texts ${CPACK_TEMPORARY_INSTALL_DIRECTORY}/*.1 ${CPACK_TEMPORARY_INSTALL_DIRECTORY}/changelog)
list(FILTER texts INCLUDE REGEX "/(man1|doc)/")
foreach(text IN LISTS texts)
  execute_process(COMMAND gzip -9nf ${text} COMMAND_ERROR_IS_FATAL ANY)
endforeach()
file(GLOB_RECURSE libraries ${CPACK_TEMPORARY_INSTALL_DIRECTORY}/*.a)
foreach(library IN LISTS libraries)
  execute_process(COMMAND strip --strip-debug --remove-section=.comment --remove-section=.note ${library} COMMAND_ERROR_IS_FATAL ANY)
endforeach()
