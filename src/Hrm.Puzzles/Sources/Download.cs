using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Hrm.Core;

namespace Hrm.Puzzles;

/// <summary>
/// Brings the file of an address into the cache, in as many attempts as the options allow. Each attempt goes on where the last one, of
/// this process or an earlier one, stopped, as long as the server says that the file is still the same.
/// </summary>
internal sealed class Download(
    PuzzleSource source, CacheEntry entry, HttpClient client, SourceCacheOptions options, TimeProvider time, IProgress<DownloadProgress>? progress)
{
    private const int BlockBytes = 1 << 17;
    private const int HttpTwo = 2;

    // By the protocol a date identifies a version only if the file was not written in the second in which it was sent.
    private static readonly TimeSpan ResolutionOfDates = TimeSpan.FromSeconds(1);

    private readonly Uri _address = source.Address!;

    /// <exception cref="SourceException">The server, the connection or the content failed; the part stays where the rest may follow.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (source.ExpectedSize > options.MaximumBytes)
        {
            throw TooLarge(source.ExpectedSize.Value);
        }

        for (var attempt = 1; ; attempt++)
        {
            var part = new PartialFile(entry);
            try
            {
                await ReceiveAsync(part, cancellationToken).ConfigureAwait(false);
                await part.CompleteAsync(source, cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (SourceException e) when (e.IsTransient && attempt < options.Attempts)
            {
                await Task.Delay(DelayAfter(attempt), time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private TimeSpan DelayAfter(int attempt)
    {
        var delay = options.RetryDelay * Math.Pow(2, attempt - 1);
        return delay < SourceCacheOptionsValidator.LongestDelay ? delay : SourceCacheOptionsValidator.LongestDelay;
    }

    private async Task ReceiveAsync(PartialFile part, CancellationToken cancellationToken)
    {
        using var response = await RequestAsync(part, cancellationToken).ConfigureAwait(false);
        ThrowIfElsewhere(response);
        switch (response.StatusCode)
        {
            case HttpStatusCode.OK:
                ThrowIfEndIsUnknown(response);
                await ReceiveBodyAsync(response, part, response.Content.Headers.ContentLength, cancellationToken).ConfigureAwait(false);
                return;

            case HttpStatusCode.PartialContent when Continues(response, part):
                await ReceiveBodyAsync(response, part, response.Content.Headers.ContentRange!.Length, cancellationToken).ConfigureAwait(false);
                return;

            // Nothing is missing: the process ended between the last byte and the new name.
            case HttpStatusCode.RequestedRangeNotSatisfiable when part.Length > 0 && response.Content.Headers.ContentRange?.Length == part.Length:
                return;

            // The rest does not fit the part. Without one the next request asks for no range, so this happens once.
            case HttpStatusCode.PartialContent or HttpStatusCode.RequestedRangeNotSatisfiable when part.Length > 0:
                part.Discard();
                response.Dispose();
                await ReceiveAsync(part, cancellationToken).ConfigureAwait(false);
                return;

            default:
                throw Refused(response);
        }
    }

    private async Task<HttpResponseMessage> RequestAsync(PartialFile part, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, _address);
        // Sizes, ranges and checksums are those of the file, not of a compressed form of it.
        request.Headers.AcceptEncoding.Add(new StringWithQualityHeaderValue("identity"));
        if (part.Length > 0)
        {
            request.Headers.Range = new RangeHeaderValue(part.Length, null);
            request.Headers.IfRange = part.Validator;
        }

        try
        {
            return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException e)
        {
            throw Transient($"expected an answer, got none: {Quote.Text(e.Message)}", e);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw Transient("expected an answer, got none in the time that the client allows", e);
        }
    }

    private async Task ReceiveBodyAsync(HttpResponseMessage response, PartialFile part, long? total, CancellationToken cancellationToken)
    {
        try
        {
            ThrowIfEncoded(response);
            ThrowIfSizeIsWrong(total);
            var written = response.StatusCode == HttpStatusCode.PartialContent ? part.Length : 0;
            var file = written > 0 ? part.Append() : part.Begin(ValidatorOf(response));
            await using (file.ConfigureAwait(false))
            {
                await CopyAsync(response, file, written, total ?? source.ExpectedSize, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (SourceException e) when (!e.IsTransient)
        {
            part.Discard();
            throw;
        }
    }

    private async Task CopyAsync(HttpResponseMessage response, FileStream file, long written, long? total, CancellationToken cancellationToken)
    {
        var limit = total ?? options.MaximumBytes;
        using var stall = new CancellationTokenSource(options.StallTimeout, time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(stall.Token, cancellationToken);
        var block = new byte[BlockBytes];
        progress?.Report(new DownloadProgress(written, total));
        try
        {
            var body = await response.Content.ReadAsStreamAsync(ended.Token).ConfigureAwait(false);
            while (true)
            {
                stall.CancelAfter(options.StallTimeout);
                var read = await ReadAsync(body, block, ended.Token, cancellationToken).ConfigureAwait(false);
                if (read == 0)
                {
                    break;
                }

                if (read > limit - written)
                {
                    throw total is null ? TooLarge(written + read) : Failure(SourceChecks.SizeFault(limit, written + read) + " or more");
                }

                await file.WriteAsync(block.AsMemory(0, read), cancellationToken).ConfigureAwait(false);
                written += read;
                progress?.Report(new DownloadProgress(written, total));
            }
        }
        finally
        {
            file.Flush(flushToDisk: true);
        }

        if (written < total)
        {
            throw Transient($"{SourceChecks.SizeFault(total.Value, written)}: the answer ended early", null);
        }
    }

    private async Task<int> ReadAsync(Stream body, byte[] block, CancellationToken ended, CancellationToken cancellationToken)
    {
        try
        {
            return await body.ReadAsync(block, ended).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw Transient($"expected the rest of the file, got a lost connection: {Quote.Text(e.Message)}", e);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw Transient($"expected the rest of the file, got nothing for {options.StallTimeout:c}", e);
        }
    }

    /// <summary>Whether an answer is the missing rest of the very file that the part is the beginning of, and says how long that is.</summary>
    private static bool Continues(HttpResponseMessage response, PartialFile part) =>
        part.Length > 0
        && response.Content.Headers.ContentRange is { Unit: "bytes", HasRange: true, Length: { } total } range
        && range.From == part.Length && total > part.Length
        && (ValidatorOf(response) is not { } validator || validator.Equals(part.Validator));

    /// <summary>What identifies this version of the file strongly enough to join two parts of it, if anything does.</summary>
    private static RangeConditionHeaderValue? ValidatorOf(HttpResponseMessage response)
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
    private void ThrowIfEndIsUnknown(HttpResponseMessage response)
    {
        var known = response.Content.Headers.ContentLength is not null || response.Headers.TransferEncodingChunked == true || response.Version.Major >= HttpTwo;
        if (!known && source.ExpectedSize is null && source.Sha256 is null)
        {
            throw Failure("expected an answer that states its length, got one that ends with the connection; state a size or a SHA-256 to accept it");
        }
    }

    private void ThrowIfElsewhere(HttpResponseMessage response)
    {
        var end = response.RequestMessage?.RequestUri ?? _address;
        if (!SourceAddress.IsAllowed(end, _address))
        {
            throw Failure($"expected an answer over https, got a redirect to {SourceAddress.Display(end)}");
        }
    }

    private void ThrowIfSizeIsWrong(long? total)
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

    private void ThrowIfEncoded(HttpResponseMessage response)
    {
        if (response.Content.Headers.ContentEncoding.FirstOrDefault(coding => !coding.Equals("identity", StringComparison.OrdinalIgnoreCase)) is { } encoding)
        {
            throw Failure($"expected the file as it is, got the content encoding {Quote.Text(encoding)}");
        }
    }

    private SourceException Refused(HttpResponseMessage response)
    {
        var status = (int)response.StatusCode;
        if (status is >= 300 and < 400 && response.Headers.Location is { } location)
        {
            var target = Uri.TryCreate(response.RequestMessage?.RequestUri ?? _address, location, out var absolute) ? SourceAddress.Display(absolute) : "nowhere";
            return Failure(string.Create(CultureInfo.InvariantCulture,
                $"expected the file, got status {status} to {target}, which the client did not follow: one redirect too many, one from https to http, or none allowed"));
        }

        var problem = string.Create(CultureInfo.InvariantCulture, $"expected status 200, got {status}");
        return status is (int)HttpStatusCode.RequestTimeout or (int)HttpStatusCode.TooManyRequests or >= 500 ? Transient(problem, null) : Failure(problem);
    }

    private SourceException TooLarge(long bytes) =>
        Failure(string.Create(CultureInfo.InvariantCulture, $"expected at most {options.MaximumBytes} bytes, got {bytes} or more"));

    private SourceException Failure(string problem) => new(source.ToString(), problem);

    private SourceException Transient(string problem, Exception? cause) => new(source.ToString(), problem, cause) { IsTransient = true };
}
