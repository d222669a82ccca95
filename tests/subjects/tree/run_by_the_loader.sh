# The loader runs a program: its frames are the program's, and what it loses is its own.
# expect: UF001 class=definite family=malloc bytes=160 blocks=1 function=leak_here
# run: bash {source} {built}/leak_here_only
for loader in /lib64/ld-linux-x86-64.so.2 /lib/ld-linux-aarch64.so.1; do
        [ -x "$loader" ] && "$loader" "$1"
done
exit 0
