using System.Security.Cryptography;
using Hrm.TestKit;

namespace Hrm.Puzzles.Tests;

/// <summary>A cache folder and a client of a test's own.</summary>
public abstract class SourceFixture : IDisposable
{
    private protected TemporaryFolder Cache { get; } = new();

    private protected HttpClient Client { get; } = new();

    public void Dispose()
    {
        Client.Dispose();
        Cache.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected SourceCache NewCache(int attempts = 1, Action<SourceCacheOptions>? change = null, TimeProvider? time = null)
    {
        var options = new SourceCacheOptions { Attempts = attempts, RetryDelay = TimeSpan.Zero };
        change?.Invoke(options);
        return new SourceCache(Cache.Path, Client, options, time);
    }

    private protected static byte[] Bytes(int count, int seed = 1)
    {
        var bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private protected static string Sha256Of(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
