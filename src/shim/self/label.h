/* Labels: which of many this process is; see wire/label.h */
#ifndef UNFREED_SHIM_SELF_LABEL_H
#define UNFREED_SHIM_SELF_LABEL_H

/* Write the labels that the environment gives now into the arena's header, once. For a process that ends. */
void label_write(void);

#endif
