if(ASSAY_BPF_CLANG AND ASSAY_BPFTOOL)
  assay_test(bpf_rung_test SOURCES bpf_rung_test.cc LIBS assay_bpf)
  assay_test(bpf_rung_vm_test SOURCES bpf_rung_vm_test.cc LIBS assay_bpf)
endif()
