/* Locking all of the program's memory, and none of ours */
#ifndef UNFREED_SHIM_PIN_H
#define UNFREED_SHIM_PIN_H

/* mlockall(2) for the program: flags, result and errno are those, as without us. Only after next_begin(). */
int pin_all(int flags);

#endif
