/** Names the document, as long as the component that calls it is there; without a name it is the dashboard alone. */
export function useTitle(title: () => string): void {
  $effect(() => {
    const said = title();
    document.title = said ? `${said} · Sightglass` : 'Sightglass';
  });
}
