/** A key of the keyboard, as in "press J for the next step". */
export function KeyHint({ children }: { children: string }) {
  return (
    <kbd className="border-line bg-raised text-muted inline-flex min-w-5 justify-center rounded-sm border px-1 font-sans text-xs">
      {children}
    </kbd>
  );
}
