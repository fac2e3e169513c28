using System.Security.Cryptography;
using System.Text;
using Hrm.Puzzles;
using Hrm.TestKit;

namespace Hrm.Fuzz.Targets;

/// <summary>What a download that was cut off left in the cache: a beginning, and a record of what it is the beginning of.</summary>
internal sealed class DownloadTarget : FuzzTarget
{
    private const string Address = "https://example.org/mazes.csv";
    private const string Part = "part";
    private const string Record = "part.txt";

    private static readonly byte[] Whole = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 200).Select(line => $"line {line}\n")));

    private readonly ByteServer _server = new() { Content = Whole };
    private readonly HttpClient _client;

    public DownloadTarget()
    {
        _client = new HttpClient(_server);
    }

    public override IReadOnlyList<FuzzSeed> Seeds { get; } = [Cut()];

    public override IReadOnlyList<string> Tokens { get; } = ["\"whole\"", "W/\"whole\"", "\"other\"", "Wed, 21 Oct 2015 07:28:00 GMT", "\n", Digest, "*"];

    private static string Digest => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Address)));

    /// <summary>Without a checksum a beginning that somebody changed is taken as it is; with one the download starts again or is refused.</summary>
    public override void Read(string folder)
    {
        using var cache = new TemporaryFolder();
        var name = $"{Digest[..32]}-mazes.csv";
        foreach (var file in (string[])[Part, Record])
        {
            File.Copy(Path.Combine(folder, file), cache[$"{name}.{file}"]);
        }

        var source = PuzzleSource.FromAddress(new Uri(Address), Whole.Length, Convert.ToHexStringLower(SHA256.HashData(Whole)));
        var path = new SourceCache(cache.Path, _client, new SourceCacheOptions { Attempts = 1 }).FetchAsync(source).GetAwaiter().GetResult();
        Require(File.ReadAllBytes(path).AsSpan().SequenceEqual(Whole), "what a checksum was given for has that checksum");
    }

    protected override void Release() => _client.Dispose();

    private static FuzzSeed Cut() => new(
        new Dictionary<string, byte[]> { [Part] = Whole[..1000], [Record] = Encoding.UTF8.GetBytes($"{Digest}\n{ByteServer.Tag}\n") },
        [Part, Record, Record]);
}
