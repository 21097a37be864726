# Another project on the package index has this name; its program is not ours to start.
is_ours() {
    case $1 in /*) ;; *) return 1 ;; esac
    ! { head -n 1 "$1" | grep -q python && ! grep -q 'gitmem\.__main__' "$1"; } ||
        case $("$1" --version </dev/null) in *'(gitmem-cli)'*) ;; *) false ;; esac
}
