import parser_demo


def test_words_are_found():
    assert parser_demo.WORD.findall("to be") == ["to", "be"]


def test_words_are_counted():
    assert parser_demo.count("a b a") == {"a": 2, "b": 1}
