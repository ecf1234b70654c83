# assay_bpf: the BPF programs as a skeleton inside a library. The build machine's kernel is not
# asked: kernel_types.h is all that the programs know of the kernel, CO-RE does the rest.
find_program(ASSAY_BPF_CLANG NAMES clang clang-14 clang-19)
find_program(ASSAY_BPFTOOL bpftool PATHS /usr/sbin /sbin)
if(NOT ASSAY_BPF_CLANG OR NOT ASSAY_BPFTOOL)
  return()
endif()

set(bpf_dir ${CMAKE_CURRENT_BINARY_DIR}/bpf)
file(MAKE_DIRECTORY ${bpf_dir})
add_custom_command(
  OUTPUT ${bpf_dir}/file.skel.h
  COMMAND ${ASSAY_BPF_CLANG} -target bpf -mcpu=v3 -O2 -g -Wall -Werror -D__TARGET_ARCH_x86
          -fdebug-prefix-map=${CMAKE_SOURCE_DIR}=. -I${CMAKE_SOURCE_DIR}
          -c ${CMAKE_SOURCE_DIR}/probes/file.bpf.c -o ${bpf_dir}/file.bpf.o
  COMMAND ${ASSAY_BPFTOOL} gen object ${bpf_dir}/file.linked.o ${bpf_dir}/file.bpf.o
  COMMAND ${ASSAY_BPFTOOL} gen skeleton ${bpf_dir}/file.linked.o name file_bpf
          > ${bpf_dir}/file.skel.h
  DEPENDS ${CMAKE_SOURCE_DIR}/probes/file.bpf.c ${CMAKE_SOURCE_DIR}/probes/kernel_types.h
          ${CMAKE_SOURCE_DIR}/probes/event.h ${CMAKE_SOURCE_DIR}/probes/hooks.h
  VERBATIM)

add_library(assay_bpf STATIC bpf_rung.cc bpf_sites.cc bpf_wire.cc ${bpf_dir}/file.skel.h)
target_include_directories(assay_bpf SYSTEM PRIVATE ${bpf_dir})
target_link_libraries(assay_bpf PUBLIC assay_base PRIVATE PkgConfig::BPF)
