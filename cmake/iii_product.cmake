# What users link: iii::sdk and iii::engine, each one library into which its rooms are folded
# (docs/decisions/0006-libraries.md).
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(III_PRODUCTS sdk engine testing)

# The number in `namespace iii::inline v0` and in the names of the shared libraries. A release that
# programs must be compiled again for changes both.
set(III_ABI_VERSION 0)

# How a dependent program finds the libraries that ours stand on: in CMake, and in pkg-config.
set(III_FIND_Boost::headers "Boost 1.81")
set(III_FIND_Boost::json "Boost 1.81 COMPONENTS json")
set(III_FIND_OpenSSL::Crypto "OpenSSL")
set(III_FIND_OpenSSL::SSL "OpenSSL")
set(III_FIND_Threads::Threads "Threads")
set(III_FIND_simdjson::simdjson "simdjson")
set(III_FIND_date::date-tz "date")
set(III_FIND_spdlog::spdlog "spdlog")
set(III_FIND_yaml-cpp "yaml-cpp")
set(III_PC_REQUIRES_OpenSSL::Crypto "libcrypto")
set(III_FIND_ZLIB::ZLIB "ZLIB")
set(III_PC_REQUIRES_OpenSSL::SSL "openssl")
set(III_PC_REQUIRES_simdjson::simdjson "simdjson")
set(III_PC_REQUIRES_spdlog::spdlog "spdlog")
set(III_PC_REQUIRES_yaml-cpp "yaml-cpp")
set(III_PC_REQUIRES_ZLIB::ZLIB "zlib")
set(III_PC_LIBS_Boost::json "-lboost_json")
set(III_PC_LIBS_Threads::Threads "-pthread")
set(III_PC_LIBS_date::date-tz "-ldate-tz")

# Everything that the rooms stand on, themselves included.
function(iii_closure_of rooms result)
  set(seen)
  while(rooms)
    list(POP_FRONT rooms room)
    if(NOT room IN_LIST seen)
      list(APPEND seen ${room})
      get_target_property(deps iii_${room} III_DEPS)
      list(APPEND rooms ${deps})
    endif()
  endwhile()
  set(${result} ${seen} PARENT_SCOPE)
endfunction()

# iii_product(NAME DESCRIPTION text ROOMS rooms … [USES products …] [HEADER_LIBRARIES external …])
# USES: products that are linked too, and have the rooms that this one then does without.
# HEADER_LIBRARIES: what the public headers include. All others are private to the product, which
# for an archive means: to be linked, but not seen.
function(iii_product name)
  cmake_parse_arguments(ARG "" "DESCRIPTION" "ROOMS;USES;HEADER_LIBRARIES" ${ARGN})
  set(target iii_product_${name})
  iii_closure_of("${ARG_ROOMS}" rooms)
  set(used)
  foreach(product IN LISTS ARG_USES)
    get_target_property(rooms_of_product iii_product_${product} III_ROOMS)
    list(REMOVE_ITEM rooms ${rooms_of_product})
    list(APPEND used iii_product_${product})
  endforeach()
  set(libraries)
  add_library(${target})
  foreach(room IN LISTS rooms)
    get_target_property(room_libraries iii_${room} III_LIBRARIES)
    list(APPEND libraries ${room_libraries})
    get_target_property(room_type iii_${room} TYPE)
    if(NOT room_type STREQUAL "INTERFACE_LIBRARY")
      target_sources(${target} PRIVATE $<TARGET_OBJECTS:iii_${room}>)
    endif()
  endforeach()
  list(REMOVE_ITEM libraries iii_public_headers ${ARG_HEADER_LIBRARIES})
  list(REMOVE_DUPLICATES libraries)

  add_library(iii::${name} ALIAS ${target})
  set_target_properties(${target} PROPERTIES
    OUTPUT_NAME iii_${name}
    EXPORT_NAME ${name}
    III_ROOMS "${rooms}"
    LINKER_LANGUAGE CXX
    VERSION ${III_ABI_VERSION}.${PROJECT_VERSION}
    SOVERSION ${III_ABI_VERSION})
  target_compile_features(${target} INTERFACE cxx_std_20)
  target_include_directories(${target}
    INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_link_libraries(${target}
    PUBLIC ${used} $<BUILD_INTERFACE:iii_public_headers> ${ARG_HEADER_LIBRARIES}
    PRIVATE ${libraries})
  if(BUILD_SHARED_LIBS)
    set(exports ${PROJECT_SOURCE_DIR}/cmake/exports.map)
    target_link_options(${target} PRIVATE -Wl,--version-script=${exports} -Wl,--no-undefined)
    set_property(TARGET ${target} APPEND PROPERTY LINK_DEPENDS ${exports})
    set(libraries)
  endif()
  if(III_INSTALL)
    list(PREPEND libraries ${ARG_HEADER_LIBRARIES})
    iii_install_product(${name} "${ARG_DESCRIPTION}" "${libraries}" "${ARG_USES}")
  endif()
endfunction()

# Installs the library, and tells CMake and pkg-config which others a program has to link.
function(iii_install_product name description libraries uses)
  install(TARGETS iii_product_${name} EXPORT iii-${name})
  set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/iii)
  install(EXPORT iii-${name}
    NAMESPACE iii::
    FILE iii-${name}-targets.cmake
    DESTINATION ${package_folder})

  set(finds)
  set(III_PC_REQUIRES ${uses})
  list(TRANSFORM III_PC_REQUIRES PREPEND iii-)
  set(III_PC_LIBS)
  foreach(library IN LISTS libraries)
    if(NOT DEFINED III_FIND_${library})
      message(FATAL_ERROR "${name}: cmake/iii_product.cmake does not tell where ${library} is from")
    endif()
    string(APPEND finds "  find_dependency(${III_FIND_${library}})\n")
    list(APPEND III_PC_REQUIRES ${III_PC_REQUIRES_${library}})
    list(APPEND III_PC_LIBS ${III_PC_LIBS_${library}})
  endforeach()
  set_property(GLOBAL APPEND PROPERTY III_INSTALLED ${name})
  string(CONCAT component
    "if(\"${name}\" IN_LIST iii_wanted)\n${finds}"
    "  include(\${CMAKE_CURRENT_LIST_DIR}/iii-${name}-targets.cmake)\nendif()\n")
  set_property(GLOBAL APPEND_STRING PROPERTY III_COMPONENTS "${component}")

  list(JOIN III_PC_REQUIRES " " III_PC_REQUIRES)
  list(JOIN III_PC_LIBS " " III_PC_LIBS)
  set(III_PC_NAME iii-${name})
  set(III_PC_DESCRIPTION ${description})
  set(III_PC_LIBRARY iii_${name})
  file(RELATIVE_PATH III_PC_PREFIX
    ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
  configure_file(cmake/iii.pc.in ${CMAKE_CURRENT_BINARY_DIR}/iii-${name}.pc @ONLY)
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/iii-${name}.pc
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endfunction()

# All products, once the rooms are defined; and the files that are there once for all of them.
macro(iii_products)
  iii_product(sdk
    DESCRIPTION "Workers for the iii system in C++"
    ROOMS sdk telemetry
    HEADER_LIBRARIES Boost::json)
  if(III_ENGINE)
    iii_product(engine DESCRIPTION "The engine of the iii system, to embed" ROOMS engine)
  endif()
  # It stands on the insides of both others, which shared libraries do not show.
  if(TARGET iii_testing AND NOT BUILD_SHARED_LIBS)
    iii_product(testing
      DESCRIPTION "Tests of workers for the iii system"
      ROOMS testing
      USES sdk engine)
  endif()
  if(III_INSTALL)
    iii_install_package()
  endif()
endmacro()

function(iii_install_package)
  install(TARGETS iii_public_headers FILE_SET HEADERS)
  get_property(III_INSTALLED GLOBAL PROPERTY III_INSTALLED)
  get_property(III_COMPONENTS GLOBAL PROPERTY III_COMPONENTS)
  set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/iii)
  configure_package_config_file(
    cmake/iii-config.cmake.in ${CMAKE_CURRENT_BINARY_DIR}/iii-config.cmake
    INSTALL_DESTINATION ${package_folder}
    NO_SET_AND_CHECK_MACRO NO_CHECK_REQUIRED_COMPONENTS_MACRO)
  # Before 1.0 a minor version may change what programs are written against.
  write_basic_package_version_file(
    ${CMAKE_CURRENT_BINARY_DIR}/iii-config-version.cmake COMPATIBILITY SameMinorVersion)
  install(
    FILES ${CMAKE_CURRENT_BINARY_DIR}/iii-config.cmake
          ${CMAKE_CURRENT_BINARY_DIR}/iii-config-version.cmake
    DESTINATION ${package_folder})
endfunction()
