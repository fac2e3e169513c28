using Hrm.Core;

namespace Hrm.Puzzles;

/// <summary>
/// Turns sources into paths. A file or folder is where it is; the file of an https address is downloaded once, checked, and kept in a
/// folder, an archive (<c>.zip</c>) unpacked beside it. Several threads and processes may share the folder.
/// </summary>
/// <example>
/// <code>
/// using var client = new HttpClient();
/// var cache = new SourceCache("cache", client);
/// var path = await cache.FetchAsync(PuzzleSource.Parse("https://example.org/mazes.csv#size=1820334"));
/// </code>
/// </example>
public sealed class SourceCache
{
    private readonly HttpClient _client;
    private readonly SourceCacheOptions _options;
    private readonly TimeProvider _time;

    /// <summary>Creates a cache; nothing is read, written or asked yet.</summary>
    /// <param name="folder">Where downloads are kept. Made by the first one.</param>
    /// <param name="client">
    /// Asks for the addresses; stays the caller's. It has to follow redirects itself, as one with the ordinary handler does, and should
    /// not decompress: what it decompresses is not the file that a size and a checksum speak of.
    /// </param>
    /// <param name="options">Limits; read once. Default: those of <see cref="SourceCacheOptions"/>.</param>
    /// <param name="time">Measures the waits. Default: the system's clock.</param>
    /// <exception cref="InvalidConfigException">Options out of their ranges; lists every one.</exception>
    public SourceCache(string folder, HttpClient client, SourceCacheOptions? options = null, TimeProvider? time = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        ArgumentNullException.ThrowIfNull(client);
        options ??= new SourceCacheOptions();
        InvalidConfigException.ThrowIfAny("source cache options", SourceCacheOptionsValidator.Check(options));
        Folder = Path.GetFullPath(folder);
        _client = client;
        _options = new SourceCacheOptions
        {
            MaximumBytes = options.MaximumBytes,
            Attempts = options.Attempts,
            RetryDelay = options.RetryDelay,
            StallTimeout = options.StallTimeout,
            MaximumArchiveEntries = options.MaximumArchiveEntries,
            MaximumArchiveBytes = options.MaximumArchiveBytes,
        };
        _time = time ?? TimeProvider.System;
    }

    /// <summary>The absolute path of the folder where downloads are kept.</summary>
    public string Folder { get; }

    /// <summary>
    /// Gives the path of a source, after a download where it is an address that is not in the cache. A download that was cut off or
    /// cancelled is gone on with, where the server says that its file is still the same. A cached file is checked against the size
    /// and the SHA-256 of the source, and downloaded again where it does not hold them; without them no request is made.
    /// </summary>
    /// <param name="source">The source.</param>
    /// <param name="progress">Told of each block that a download has written; not told where nothing is downloaded.</param>
    /// <param name="cancellationToken">Stops the download; what came so far stays for the next one.</param>
    /// <returns>The path as it was given, the cached file, or for a <c>.zip</c> address the folder that it was unpacked to.</returns>
    /// <exception cref="SourceException">
    /// Nothing at the path; no answer, or another than the file; a size, checksum, limit or archive that does not hold.
    /// </exception>
    /// <exception cref="HrmFileException">The cache cannot be read or written.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task<string> FetchAsync(PuzzleSource source, IProgress<DownloadProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        if (source.LocalPath is { } path)
        {
            return Path.Exists(path) ? path : throw new SourceException(path, "expected a file or a folder, got nothing at this path");
        }

        try
        {
            var entry = new CacheEntry(Folder, source.Address!);
            if (!(Path.Exists(entry.ContentPath) && await IsIntactAsync(source, entry, cancellationToken).ConfigureAwait(false)))
            {
                Directory.CreateDirectory(Folder);
                using var held = await CacheLock.TakeAsync(entry.LockPath, _time, cancellationToken).ConfigureAwait(false);
                await FillAsync(source, entry, progress, cancellationToken).ConfigureAwait(false);
            }

            return entry.ContentPath;
        }
        catch (Exception e) when (HrmFileException.IsFileError(e))
        {
            // What the network does is no file error: the download makes it a SourceException.
            throw new HrmFileException(Folder, "could not be used as a cache", e);
        }
    }

    private async Task FillAsync(PuzzleSource source, CacheEntry entry, IProgress<DownloadProgress>? progress, CancellationToken cancellationToken)
    {
        // Another process may have been at it while this one waited for the lock.
        if (!await IsIntactAsync(source, entry, cancellationToken).ConfigureAwait(false))
        {
            if (entry.IsArchive)
            {
                ArchiveExtraction.Delete(entry.ContentPath);
            }

            File.Delete(entry.FilePath);
            await new Download(source, entry, _client, _options, _time, progress).RunAsync(cancellationToken).ConfigureAwait(false);
        }

        if (entry.IsArchive && !Directory.Exists(entry.ContentPath))
        {
            await UnpackAsync(source, entry, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task UnpackAsync(PuzzleSource source, CacheEntry entry, CancellationToken cancellationToken)
    {
        var extraction = new ArchiveExtraction(source.ToString(), _options.MaximumArchiveEntries, _options.MaximumArchiveBytes);
        try
        {
            await Task.Run(() => extraction.Extract(entry.FilePath, entry.ContentPath, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        catch (SourceException)
        {
            // Kept, it would fail in the same way for ever, though the server may have a better one by then.
            File.Delete(entry.FilePath);
            throw;
        }
    }

    private static async Task<bool> IsIntactAsync(PuzzleSource source, CacheEntry entry, CancellationToken cancellationToken) =>
        File.Exists(entry.FilePath) && await SourceChecks.FindFaultAsync(entry.FilePath, source, cancellationToken).ConfigureAwait(false) is null;
}
