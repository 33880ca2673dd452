/** Starts to load PostgreSQL's parser while other modules are loaded. Who needs it waits for it later, and meets its errors. */
export function warmUp(): void {
  import('libpg-query').then((library) => library.loadModule()).catch(() => {})
}
