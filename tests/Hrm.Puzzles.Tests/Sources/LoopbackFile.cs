using System.Globalization;
using System.Net.Http.Headers;

namespace Hrm.Puzzles.Tests;

/// <summary>A file as a proper server serves it: whole, or from a byte on while its version is still the one asked for.</summary>
internal sealed class LoopbackFile(byte[] content)
{
    public byte[] Content { get; set; } = content;

    public string? ETag { get; set; } = "\"one\"";

    public DateTimeOffset? LastModified { get; set; }

    public bool TakesRanges { get; set; } = true;

    /// <summary>Bytes of the body after which the connection is cut, once.</summary>
    public int? CutAfter { get; set; }

    /// <summary>Awaited before the connection is closed.</summary>
    public Task End { get; set; } = Task.CompletedTask;

    public LoopbackReply Answer(LoopbackRequest request)
    {
        var from = TakesRanges && request["Range"] is { } range && IsCurrent(request["If-Range"])
            ? (int)RangeHeaderValue.Parse(range).Ranges.Single().From!.Value
            : (int?)null;
        if (from >= Content.Length)
        {
            return new LoopbackReply(416, []) { Headers = { Invariant($"Content-Range: bytes */{Content.Length}") } };
        }

        var body = Content[(from ?? 0)..];
        var sent = Math.Min(CutAfter ?? body.Length, body.Length);
        CutAfter = null;
        var reply = new LoopbackReply(from is null ? 200 : 206, body) { SentBytes = sent, End = End };
        if (from is not null)
        {
            reply.Headers.Add(Invariant($"Content-Range: bytes {from}-{Content.Length - 1}/{Content.Length}"));
        }

        if (ETag is not null)
        {
            reply.Headers.Add($"ETag: {ETag}");
        }

        if (LastModified is { } modified)
        {
            reply.Headers.Add(Invariant($"Last-Modified: {modified:r}"));
            reply.Headers.Add(Invariant($"Date: {modified + TimeSpan.FromDays(1):r}"));
        }

        return reply;
    }

    private bool IsCurrent(string? condition) =>
        condition is null || condition == ETag || condition == LastModified?.ToString("r", CultureInfo.InvariantCulture);

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
