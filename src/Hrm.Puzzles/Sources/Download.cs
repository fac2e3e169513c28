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

    private readonly AnswerRules _rules = new(source, options);

    /// <exception cref="SourceException">The server, the connection or the content failed; the part stays where the rest may follow.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (source.ExpectedSize > options.MaximumBytes)
        {
            throw _rules.TooLarge(source.ExpectedSize.Value);
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
        _rules.ThrowIfElsewhere(response);
        switch (response.StatusCode)
        {
            case HttpStatusCode.OK:
                _rules.ThrowIfEndIsUnknown(response);
                await ReceiveBodyAsync(response, part, response.Content.Headers.ContentLength, cancellationToken).ConfigureAwait(false);
                return;

            case HttpStatusCode.PartialContent when AnswerRules.Continues(response, part):
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
                throw _rules.Refused(response);
        }
    }

    private async Task<HttpResponseMessage> RequestAsync(PartialFile part, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, source.Address);
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
            throw _rules.Transient($"expected an answer, got none: {Quote.Text(e.Message)}", e);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw _rules.Transient("expected an answer, got none in the time that the client allows", e);
        }
    }

    private async Task ReceiveBodyAsync(HttpResponseMessage response, PartialFile part, long? total, CancellationToken cancellationToken)
    {
        try
        {
            _rules.ThrowIfEncoded(response);
            _rules.ThrowIfSizeIsWrong(total);
            var written = response.StatusCode == HttpStatusCode.PartialContent ? part.Length : 0;
            var file = written > 0 ? part.Append() : part.Begin(AnswerRules.ValidatorOf(response));
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
                    throw total is null ? _rules.TooLarge(written + read) : _rules.Failure(SourceChecks.SizeFault(limit, written + read) + " or more");
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
            throw _rules.Transient($"{SourceChecks.SizeFault(total.Value, written)}: the answer ended early", null);
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
            throw _rules.Transient($"expected the rest of the file, got a lost connection: {Quote.Text(e.Message)}", e);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw _rules.Transient($"expected the rest of the file, got nothing for {options.StallTimeout:c}", e);
        }
    }
}
