# The library as others link it, made of the objects of all folders, and what `cmake --install` puts beside it:
# headers, a CMake package, fovea.pc, documents.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(package ${CMAKE_CURRENT_LIST_DIR}/package)

get_property(folders GLOBAL PROPERTY FOVEA_FOLDERS)
set(objects "")
set(libraries "")
foreach(folder ${folders})
  get_target_property(type fovea_${folder} TYPE)
  if(NOT type STREQUAL INTERFACE_LIBRARY)
    list(APPEND objects $<TARGET_OBJECTS:fovea_${folder}>)
  endif()
  get_property(own GLOBAL PROPERTY FOVEA_LIBRARIES_${folder})
  list(APPEND libraries ${own})
endforeach()
list(REMOVE_DUPLICATES libraries)
# What the headers show of others; the rest stays inside.
set(shown Threads::Threads fmt::fmt nlohmann_json::nlohmann_json)
list(REMOVE_ITEM libraries ${shown})

add_library(fovea_library ${objects})
set_target_properties(fovea_library PROPERTIES OUTPUT_NAME fovea EXPORT_NAME fovea LINKER_LANGUAGE CXX
                      VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
target_compile_features(fovea_library INTERFACE cxx_std_20)
target_include_directories(fovea_library INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
target_link_libraries(fovea_library PUBLIC ${shown} PRIVATE ${libraries})
if(BUILD_SHARED_LIBS)
  configure_file(${package}/fovea.map ${CMAKE_BINARY_DIR}/generated/fovea.map @ONLY)
  target_link_options(fovea_library PRIVATE LINKER:--version-script=${CMAKE_BINARY_DIR}/generated/fovea.map)
  set_property(TARGET fovea_library APPEND PROPERTY LINK_DEPENDS ${CMAKE_BINARY_DIR}/generated/fovea.map)
endif()

install(TARGETS fovea_library EXPORT foveaTargets)

# Not for others: what speaks of the libraries underneath, what makes plans and drafts, and the tests' references.
install(DIRECTORY ${PROJECT_SOURCE_DIR}/fovea/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/fovea FILES_MATCHING PATTERN "*.h"
        REGEX "/kernels/[a-z_]*(_loops|_loop|_ref|-inl|_tries)\\.h$" EXCLUDE
        REGEX "/kernels/(onednn|channel_maps|pool_window|winograd)\\.h$" EXCLUDE
        REGEX "/base/sanitizers\\.h$" EXCLUDE
        REGEX "/model/(plan_graph|program)\\.h$" EXCLUDE
        REGEX "/formats/hdf5_(handle|library|object)\\.h$" EXCLUDE
        REGEX "/io/draft\\.h$" EXCLUDE)

set(cmake_dir ${CMAKE_INSTALL_LIBDIR}/cmake/fovea)
install(EXPORT foveaTargets NAMESPACE fovea:: DESTINATION ${cmake_dir})
configure_package_config_file(${package}/foveaConfig.cmake.in ${CMAKE_BINARY_DIR}/generated/foveaConfig.cmake
                              INSTALL_DESTINATION ${cmake_dir})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/generated/foveaConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/generated/foveaConfig.cmake ${CMAKE_BINARY_DIR}/generated/foveaConfigVersion.cmake
              ${PROJECT_SOURCE_DIR}/cmake/FindoneDNN.cmake DESTINATION ${cmake_dir})

file(RELATIVE_PATH FOVEA_PREFIX_FROM_PC /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
# What a shared library has inside, programs link beside a static one.
set(FOVEA_PC_REQUIRES "fmt nlohmann_json")
set(FOVEA_PC_LIBS "")
if(NOT BUILD_SHARED_LIBS)
  string(APPEND FOVEA_PC_REQUIRES " libpng libjpeg libwebp zlib libarchive libzip hdf5 libmd libxxhash libhwy sqlite3")
  set(FOVEA_PC_LIBS " -ldnnl -lgomp -pthread")
endif()
string(REGEX REPLACE "/$" "" FOVEA_PREFIX_FROM_PC "${FOVEA_PREFIX_FROM_PC}")
configure_file(${package}/fovea.pc.in ${CMAKE_BINARY_DIR}/generated/fovea.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/generated/fovea.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

foreach(file LICENSE README.md CHANGELOG.md)
  install(FILES ${PROJECT_SOURCE_DIR}/${file} DESTINATION ${CMAKE_INSTALL_DOCDIR})
endforeach()
install(DIRECTORY ${PROJECT_SOURCE_DIR}/docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/docs)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/examples/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples)
