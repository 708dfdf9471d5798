// true: does nothing, successfully.
int main(void);

int main(void) { return 0; }
