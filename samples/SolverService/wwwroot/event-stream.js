/** Reads the server-sent events of a response, which an EventSource cannot ask for: it knows no POST. */
export async function* readEvents(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) {
      return;
    }

    text += value;
    for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
      const event = { type: "message", data: "" };
      for (const line of text.slice(0, end).split("\n")) {
        if (line.startsWith("event:")) {
          event.type = line.slice(6).trim();
        } else if (line.startsWith("data:")) {
          event.data += line.slice(5).trim();
        }
      }

      text = text.slice(end + 2);
      yield { type: event.type, data: JSON.parse(event.data) };
    }
  }
}
