namespace Hrm.Puzzles.Tests;

/// <summary>What the server sends before it closes the connection.</summary>
internal sealed record LoopbackReply(int Status, byte[] Body)
{
    public List<string> Headers { get; } = [];

    /// <summary>How many bytes of the body are sent; the stated length stays that of the body.</summary>
    public int SentBytes { get; init; } = Body.Length;

    public bool StatesLength { get; init; } = true;

    public bool Chunked { get; init; }

    /// <summary>Awaited before the connection is closed.</summary>
    public Task End { get; init; } = Task.CompletedTask;
}
