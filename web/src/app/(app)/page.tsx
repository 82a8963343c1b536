export default function Page() {
  return <main>AIBT</main>;
}
