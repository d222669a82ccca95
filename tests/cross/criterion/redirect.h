/* See criterion.h: the redirections are there. */
#include "criterion.h"
