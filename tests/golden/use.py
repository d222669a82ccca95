import demo


demo.mismatch(100)
