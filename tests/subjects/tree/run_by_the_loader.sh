# The loader runs a program: its frames are the program's, and what it loses is its own.
# expect: UF001 class=definite family=malloc bytes=160 blocks=1 function=leak_here
# run: bash {source} {built}/leak_here_only
loader=$(ldd "$1" | sed -n 's|^[[:space:]]*\(/[^ ]*ld-linux[^ ]*\) .*|\1|p')
"$loader" "$1"
exit 0
