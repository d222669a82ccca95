/* unfreed: the command line. Everything is in command/. */
int main(void) { return 2; }
