using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Hrm.Core;

namespace Hrm.Puzzles;

/// <summary>What the answer to a download may be, and the exceptions for what it may not.</summary>
internal sealed class AnswerRules(PuzzleSource source, SourceCacheOptions options)
{
    private const int HttpTwo = 2;

    // By the protocol a date identifies a version only if the file was not written in the second in which it was sent.
    private static readonly TimeSpan ResolutionOfDates = TimeSpan.FromSeconds(1);

    /// <summary>Whether an answer is the missing rest of the very file that the part is the beginning of, and says how long that is.</summary>
    public static bool Continues(HttpResponseMessage response, PartialFile part) =>
        part.Length > 0
        && response.Content.Headers.ContentRange is { Unit: "bytes", HasRange: true, Length: { } total } range
        && range.From == part.Length && total > part.Length
        && (ValidatorOf(response) is not { } validator || validator.Equals(part.Validator));

    /// <summary>What identifies this version of the file strongly enough to join two parts of it, if anything does.</summary>
    public static RangeConditionHeaderValue? ValidatorOf(HttpResponseMessage response)
    {
        if (response.Headers.ETag is { } tag)
        {
            return tag.IsWeak ? null : new RangeConditionHeaderValue(tag);
        }

        return response.Content.Headers.LastModified is { } modified && response.Headers.Date - modified >= ResolutionOfDates
            ? new RangeConditionHeaderValue(modified)
            : null;
    }

    /// <summary>A body that ends where the connection does looks the same whole and cut off.</summary>
    public void ThrowIfEndIsUnknown(HttpResponseMessage response)
    {
        var known = response.Content.Headers.ContentLength is not null || response.Headers.TransferEncodingChunked == true || response.Version.Major >= HttpTwo;
        if (!known && source.ExpectedSize is null && source.Sha256 is null)
        {
            throw Failure("expected an answer that states its length, got one that ends with the connection; state a size or a SHA-256 to accept it");
        }
    }

    public void ThrowIfElsewhere(HttpResponseMessage response)
    {
        var end = response.RequestMessage?.RequestUri ?? source.Address!;
        if (!SourceAddress.IsAllowed(end, source.Address!))
        {
            throw Failure($"expected an answer over https, got a redirect to {SourceAddress.Display(end)}");
        }
    }

    public void ThrowIfSizeIsWrong(long? total)
    {
        if (source.ExpectedSize is { } expected && total is { } size && size != expected)
        {
            throw Failure(SourceChecks.SizeFault(expected, size));
        }

        if (total > options.MaximumBytes)
        {
            throw TooLarge(total.Value);
        }
    }

    public void ThrowIfEncoded(HttpResponseMessage response)
    {
        if (response.Content.Headers.ContentEncoding.FirstOrDefault(coding => !coding.Equals("identity", StringComparison.OrdinalIgnoreCase)) is { } encoding)
        {
            throw Failure($"expected the file as it is, got the content encoding {Quote.Text(encoding)}");
        }
    }

    /// <summary>The exception for a status that brings no file.</summary>
    public SourceException Refused(HttpResponseMessage response)
    {
        var status = (int)response.StatusCode;
        if (status is >= 300 and < 400 && response.Headers.Location is { } location)
        {
            var target = Uri.TryCreate(response.RequestMessage?.RequestUri ?? source.Address!, location, out var absolute) ? SourceAddress.Display(absolute) : "nowhere";
            return Failure(string.Create(CultureInfo.InvariantCulture,
                $"expected the file, got status {status} to {target}, which the client did not follow: one redirect too many, one from https to http, or none allowed"));
        }

        var problem = string.Create(CultureInfo.InvariantCulture, $"expected status 200, got {status}");
        return status is (int)HttpStatusCode.RequestTimeout or (int)HttpStatusCode.TooManyRequests or >= 500 ? Transient(problem, null) : Failure(problem);
    }

    public SourceException TooLarge(long bytes) =>
        Failure(string.Create(CultureInfo.InvariantCulture, $"expected at most {options.MaximumBytes} bytes, got {bytes} or more"));

    public SourceException Failure(string problem) => new(source.ToString(), problem);

    public SourceException Transient(string problem, Exception? cause) => new(source.ToString(), problem, cause) { IsTransient = true };
}
