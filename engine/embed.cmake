# cmake -DINPUT=file -DOUTPUT=file.c -DNAME=symbol -DHEADER=file.h -P embed.cmake
# Writes a file's bytes as a C array NAME[] and its length NAME_size.
file(READ "${INPUT}" bytes HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
string(REGEX REPLACE "((0x..,)(0x..,)(0x..,)(0x..,)(0x..,)(0x..,)(0x..,)(0x..,))"
       "\\1\n" bytes "${bytes}")
file(WRITE "${OUTPUT}" "#include \"${HEADER}\"\n\n\
const unsigned char ${NAME}[] = {\n${bytes}\n};\n\
const size_t ${NAME}_size = sizeof ${NAME};\n")
