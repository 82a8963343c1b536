import { AdminPage } from "@/features/admin/admin-page";

export default function Page() {
  return <AdminPage />;
}
