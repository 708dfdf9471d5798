mkdir attic
mkdir attic/box
mkdir cellar
echo hello > attic/b
echo hello > attic/box/b
echo hello > cellar/b
echo nothing > cellar/c
find . b -exec grep hello
rm -r attic cellar
