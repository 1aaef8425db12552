#pragma once

#include <cstddef>  // tells which C library it is, if any

// Marks a function to be compiled a second time for processors that multiply and add at once, in registers of four
// doubles; the program chooses as it starts. Products in double-double take a fraction of the instructions there. What
// comes out is the same bit by bit, as the compiler may not fuse what is not written as std::fma (-ffp-contract=off).
// Not under the address and thread sanitizers of gcc, which have not begun yet when that choice is made.
#if defined(__x86_64__) && defined(__GLIBC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)
#define LAPICQUE_FOR_FUSED_TOO [[gnu::target_clones("default", "arch=x86-64-v3"), gnu::flatten]]
#else
#define LAPICQUE_FOR_FUSED_TOO
#endif
