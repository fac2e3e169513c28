using Hrm.Core;

namespace Hrm.Puzzles;

/// <summary>
/// Keeps other threads and processes from the same cache entry until it is disposed or the process ends. The lock is the open file;
/// the empty file itself stays, since deleting it could let two waiting processes lock two files of one name.
/// </summary>
internal sealed class CacheLock : IDisposable
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);

    private readonly FileStream _file;

    private CacheLock(FileStream file)
    {
        _file = file;
    }

    /// <exception cref="HrmFileException">The file cannot be created.</exception>
    public static async Task<CacheLock> TakeAsync(string path, TimeProvider time, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return new CacheLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            }
            catch (IOException e) when (e.GetType() == typeof(IOException) && File.Exists(path))
            {
                // There, and not to be opened: another one holds it. Systems give different codes for this.
            }
            catch (Exception e) when (HrmFileException.IsFileError(e))
            {
                throw new HrmFileException(path, "could not be locked", e);
            }

            await Task.Delay(PollInterval, time, cancellationToken).ConfigureAwait(false);
        }
    }

    public void Dispose() => _file.Dispose();
}
