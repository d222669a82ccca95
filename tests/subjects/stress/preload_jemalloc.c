// The user preloads jemalloc: it stands behind us.
// env: LD_PRELOAD=libjemalloc.so.2
// needs: lib:libjemalloc.so.2
// expect: UF001 class=definite function=make stack=make<lose<main bytes>=800000
// expect: UF102 function=make release=drop first_release=drop bytes=444
// allow: UF002
// stdout: end
#include "over_another_allocator.h"
