// Linked with tcmalloc in front of libc.
// needs: lib:libtcmalloc_minimal.so.4
// expect: UF001 class=definite function=make stack=make<lose<main bytes>=800000
// expect: UF102 function=make release=drop first_release=drop bytes=444
// allow: UF002
// stdout: end
#include "over_another_allocator.h"
