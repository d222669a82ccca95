/* Names that stay the same */
#include "cli/policy/name.h"

#include <criterion/criterion.h>

static void function_is(const char *shown, const char *normalized)
{
        char text[512];
        size_t n = name_function(shown, text, sizeof text);
        cr_expect_str_eq(text, normalized, "%s became %s, not %s", shown, text, normalized);
        cr_expect_eq(n, strlen(text));
}

Test(name, a_c_function_is_itself) { function_is("parse_header", "parse_header"); }

Test(name, parameters_and_qualifiers_go)
{
        function_is("ns::Widget::paint(int, char const*) const", "ns::Widget::paint");
        function_is("Widget::take() &&", "Widget::take");
        function_is("Widget::look() const &", "Widget::look");
        function_is("call(void (*)(int), int)", "call");
}

Test(name, template_arguments_and_the_return_type_go)
{
        function_is("void fill<int>(std::vector<int, std::allocator<int> >&)", "fill");
        function_is("std::vector<int>::push_back(int&&)", "std::vector::push_back");
        function_is("std::map<int, std::vector<int> > make<int>(int)", "make");
        function_is("unsigned long ns::count<(ns::kind)2>(int)", "ns::count");
        function_is("bool f<(a->b)>(int)", "f");
}

Test(name, operators_keep_their_symbols)
{
        function_is("operator new(unsigned long)", "operator new");
        function_is("operator new[](unsigned long, std::nothrow_t const&)", "operator new[]");
        function_is("operator delete(void*)", "operator delete");
        function_is("bool operator< <int>(A<int> const&, A<int> const&)", "operator<");
        function_is("std::ostream& operator<< <char>(std::ostream&, char const*)", "operator<<");
        function_is("A::operator()(int) const", "A::operator()");
        function_is("A::operator->() const", "A::operator->");
        function_is("A::operator unsigned long() const", "A::operator unsigned long");
        function_is("operators_of(int)", "operators_of");
        function_is("ns::my_operator(int)", "ns::my_operator");
}

Test(name, lambdas_are_numbered_alike)
{
        function_is("main::{lambda(int)#1}::operator()(int) const", "main::{lambda#1}::operator()");
        function_is("main::$_0::operator()(int) const", "main::{lambda#1}::operator()");
        function_is("main::$_11::operator()(int) const", "main::{lambda#12}::operator()");
        function_is("f(int)::{unnamed type#1}::run()", "f::{unnamed type#1}::run");
}

Test(name, an_anonymous_namespace_is_a_name)
{
        function_is("(anonymous namespace)::grow(int)", "(anonymous namespace)::grow");
        function_is("void ns::(anonymous namespace)::grow<int>(int)", "ns::(anonymous namespace)::grow");
}

Test(name, clone_suffixes_go)
{
        function_is("grow.isra.0", "grow");
        function_is("grow.part.1.constprop.2", "grow");
        function_is("grow.cold", "grow");
        function_is("grow.1234", "grow");
        function_is("ns::grow(int) [clone .cold]", "ns::grow");
        function_is("ns::grow(int) [clone .isra.0] [clone .part.1]", "ns::grow");
        function_is("main.main", "main.main"); /* Go */
}

Test(name, inline_namespaces_and_abi_tags_go)
{
        function_is("std::__cxx11::basic_string<char>::_M_create(unsigned long&, unsigned long)",
                    "std::basic_string::_M_create");
        function_is("std::__1::vector<int>::push_back(int)", "std::vector::push_back");
        function_is("ns::name[abi:cxx11](int)", "ns::name");
}

Test(name, rust_loses_its_hash_and_keeps_its_traits)
{
        function_is("leaky::grow::h0123456789abcdef", "leaky::grow");
        function_is("<leaky::Node<T> as core::ops::drop::Drop>::drop", "<leaky::Node as core::ops::drop::Drop>::drop");
        function_is("leaky::make::<u32>", "leaky::make");
        function_is("leaky::main::{{closure}}", "leaky::main::{{closure}}");
}

Test(name, what_is_no_name_still_gives_one)
{
        function_is("()", "()");
        function_is("<", "<");
        function_is("f(((", "f");
        function_is("operator", "operator");
        char text[512];
        name_function("a]>)b", text, sizeof text);
        cr_expect_eq(name_function("", text, sizeof text), 0u);
}

Test(name, a_long_name_is_cut)
{
        char text[8];
        cr_expect_eq(name_function("abcdefghijklmnop", text, sizeof text), 7u);
        cr_expect_str_eq(text, "abcdefg");
}

static void module_is(const char *path, const char *normalized)
{
        char text[512];
        name_module(path, text, sizeof text);
        cr_expect_str_eq(text, normalized, "%s became %s, not %s", path, text, normalized);
}

Test(name, modules_lose_directory_version_and_tag)
{
        module_is("/usr/lib/x86_64-linux-gnu/libstdc++.so.6.0.30", "libstdc++");
        module_is("libc.so.6", "libc");
        module_is("libc-2.31.so", "libc");
        module_is("libopenblas64_p-r0-15028c96.3.21.so", "libopenblas64_p-r0");
        module_is("_speedups.cpython-311-x86_64-linux-gnu.so", "_speedups");
        module_is("_rust.abi3.so", "_rust");
        module_is("demo.so", "demo");
        module_is("ld-linux-x86-64.so.2", "ld-linux-x86-64");
        module_is("leaky", "leaky");
        module_is("a.out", "a.out");
        module_is("lib.sonar.so", "lib.sonar");
        module_is("libfoo.so (deleted)", "libfoo");
}

Test(name, python_paths_are_relative_to_where_modules_come_from)
{
        cr_expect_str_eq(name_python_path("/usr/lib/python3/dist-packages/yaml/loader.py", "/src", NULL),
                         "yaml/loader.py");
        cr_expect_str_eq(name_python_path("/opt/a/venv/lib/python3.11/site-packages/np/core.py", "/opt/a", NULL),
                         "np/core.py");
        cr_expect_str_eq(name_python_path("/usr/lib/python3.11/json/decoder.py", NULL, NULL), "json/decoder.py");
        cr_expect_str_eq(name_python_path("/src/pkg/mod.py", "/src", NULL), "pkg/mod.py");
        cr_expect_str_eq(name_python_path("/src/pkg/mod.py", "/src/", NULL), "pkg/mod.py");
        cr_expect_str_eq(name_python_path("/other/tool/mod.py", "/src", "/other/tool"), "mod.py");
        cr_expect_str_eq(name_python_path("/srcdir/pkg/mod.py", "/src", NULL), "pkg/mod.py");
        cr_expect_str_eq(name_python_path("<frozen importlib._bootstrap>", "/src", NULL), "<frozen importlib._bootstrap>");
        cr_expect_str_eq(name_python_path("/mod.py", NULL, NULL), "mod.py");
}
