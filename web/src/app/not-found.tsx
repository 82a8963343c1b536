import { LinkButton } from "@/ui/button";
import { Brand } from "@/features/shell/brand";

export default function NotFound() {
  return (
    <main className="mx-auto flex min-h-dvh w-full max-w-md flex-col items-start gap-4 px-3 pt-[14dvh] pb-10 sm:px-4">
      <Brand />
      <div>
        <h1 className="text-2xl font-semibold tracking-tight">There is no such page</h1>
        <p className="text-muted mt-1">
          The address may have a mistake in it, or what was here is gone.
        </p>
      </div>
      <LinkButton href="/" variant="primary">
        Go to home
      </LinkButton>
    </main>
  );
}
