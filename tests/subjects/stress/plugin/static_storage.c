// A library whose thread-local variables must lie in the static block: 700 bytes of them.
static __thread char storage[700] __attribute__((tls_model("initial-exec")));

int storage_use(void)
{
        storage[0] = 1;
        return storage[699];
}
