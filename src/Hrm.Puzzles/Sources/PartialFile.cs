using System.Net.Http.Headers;
using System.Text;
using Hrm.Core;

namespace Hrm.Puzzles;

/// <summary>
/// What has come of a download so far (<c>.part</c>), and beside it a record of which answer of which address it is the beginning of.
/// The owner holds the lock of the cache entry.
/// </summary>
internal sealed class PartialFile
{
    private const int MaximumRecordBytes = 4096;

    private readonly CacheEntry _entry;
    private readonly string _path;
    private readonly string _recordPath;

    public PartialFile(CacheEntry entry)
    {
        _entry = entry;
        _path = $"{entry.FilePath}.part";
        _recordPath = $"{entry.FilePath}.part.txt";
        Validator = ReadRecord();
        if (Validator is not null)
        {
            Length = File.Exists(_path) ? new FileInfo(_path).Length : 0;
        }
    }

    /// <summary>The bytes that a request may leave out; 0 where it has to ask for all.</summary>
    public long Length { get; private set; }

    /// <summary>What the answer must still be identified by for the rest to fit the beginning.</summary>
    public RangeConditionHeaderValue? Validator { get; private set; }

    /// <summary>Starts again, with the first bytes of a new answer to come.</summary>
    public FileStream Begin(RangeConditionHeaderValue? validator)
    {
        // In this order: a process killed in between leaves an empty file, never a record of the new answer beside bytes of the old.
        var stream = new FileStream(_path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        try
        {
            Length = 0;
            Validator = validator;
            WriteRecord();
            return stream;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    public FileStream Append() => new(_path, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);

    public void Discard()
    {
        File.Delete(_path);
        File.Delete(_recordPath);
        Length = 0;
        Validator = null;
    }

    /// <summary>Checks the whole file and gives it its name; what does not hold the checks is removed.</summary>
    /// <exception cref="SourceException">Another size or SHA-256 than the source states.</exception>
    public async Task CompleteAsync(PuzzleSource source, CancellationToken cancellationToken)
    {
        if (await SourceChecks.FindFaultAsync(_path, source, cancellationToken).ConfigureAwait(false) is { } fault)
        {
            Discard();
            throw new SourceException(source.ToString(), fault);
        }

        File.Move(_path, _entry.FilePath, overwrite: true);
        File.Delete(_recordPath);
    }

    private void WriteRecord()
    {
        if (Validator is null)
        {
            File.Delete(_recordPath);
            return;
        }

        AtomicFile.Write(_recordPath, stream => stream.Write(Encoding.UTF8.GetBytes($"{_entry.Digest}\n{Validator}\n")));
    }

    /// <summary>Anything unexpected in the record only means that the download starts again.</summary>
    private RangeConditionHeaderValue? ReadRecord()
    {
        if (!File.Exists(_recordPath))
        {
            return null;
        }

        try
        {
            var lines = SmallTextFile.Read(_recordPath, MaximumRecordBytes, (problem, cause) => new HrmFileException(_recordPath, problem, cause!)).Split('\n');
            return lines.Length == 3 && lines[0] == _entry.Digest && RangeConditionHeaderValue.TryParse(lines[1], out var validator) ? validator : null;
        }
        catch (HrmFileException)
        {
            return null;
        }
    }
}
