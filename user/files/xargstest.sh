mkdir shelf
mkdir shelf/upper
mkdir crate
echo hello > shelf/note
echo hello > shelf/upper/note
echo hello > crate/note
echo nothing > crate/letter
find . note | xargs grep hello
rm -r shelf crate
