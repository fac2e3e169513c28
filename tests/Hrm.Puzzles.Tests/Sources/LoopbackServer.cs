using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Hrm.Puzzles.Tests;

/// <summary>An HTTP/1.1 server on this machine that sends what a test says, also what no proper server would.</summary>
internal sealed class LoopbackServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Func<LoopbackRequest, LoopbackReply> _answer;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<LoopbackRequest> _requests = [];

    public LoopbackServer(Func<LoopbackRequest, LoopbackReply> answer)
    {
        _answer = answer;
        _listener.Start();
        Origin = new Uri($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");
        _ = AcceptAsync();
    }

    public Uri Origin { get; }

    public IReadOnlyList<LoopbackRequest> Requests => [.. _requests];

    public PuzzleSource Source(string path = "mazes.csv", long? size = null, string? sha256 = null) =>
        PuzzleSource.FromAddress(new Uri(Origin, path), size, sha256);

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Stop();
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                _ = ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token));
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(TcpClient connection)
    {
        using (connection)
        {
            try
            {
                var stream = connection.GetStream();
                var request = await ReadAsync(stream);
                _requests.Enqueue(request);
                await SendAsync(stream, _answer(request));
            }
            catch (Exception e) when (e is IOException or OperationCanceledException)
            {
                // The client has gone, as some tests make it.
            }
        }
    }

    private static async Task<LoopbackRequest> ReadAsync(NetworkStream stream)
    {
        using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
        var first = await reader.ReadLineAsync() ?? throw new IOException("no request");
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (await reader.ReadLineAsync() is { Length: > 0 } line)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            headers[line[..colon]] = line[(colon + 1)..].Trim();
        }

        return new LoopbackRequest(first.Split(' ')[1], headers);
    }

    private async Task SendAsync(NetworkStream stream, LoopbackReply reply)
    {
        var head = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {reply.Status} Reply\r\nConnection: close\r\n"));
        if (reply.Chunked)
        {
            head.Append("Transfer-Encoding: chunked\r\n");
        }
        else if (reply.StatesLength)
        {
            head.Append(CultureInfo.InvariantCulture, $"Content-Length: {reply.Body.Length}\r\n");
        }

        foreach (var header in reply.Headers)
        {
            head.Append(header).Append("\r\n");
        }

        await stream.WriteAsync(Encoding.ASCII.GetBytes(head.Append("\r\n").ToString()), _stop.Token);
        var body = reply.Body.AsMemory(0, reply.SentBytes);
        if (reply.Chunked)
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{body.Length:x}\r\n")), _stop.Token);
        }

        await stream.WriteAsync(body, _stop.Token);
        if (reply.Chunked)
        {
            await stream.WriteAsync("\r\n0\r\n\r\n"u8.ToArray(), _stop.Token);
        }

        await stream.FlushAsync(_stop.Token);
        await reply.End.WaitAsync(_stop.Token);
    }
}
