import { SignUpPage } from "@/features/sign-in/sign-up-page";

export default function Page() {
  return <SignUpPage />;
}
