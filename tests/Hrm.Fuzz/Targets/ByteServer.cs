using System.Net;
using System.Net.Http.Headers;

namespace Hrm.Fuzz.Targets;

/// <summary>A server without a network: answers every request with the same bytes, or with the part of them that is asked for.</summary>
internal sealed class ByteServer : HttpMessageHandler
{
    public static readonly EntityTagHeaderValue Tag = new("\"whole\"");

    public byte[] Content { get; set; } = [];

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var from = request.Headers.Range?.Ranges.Single().From ?? 0;
        var isPart = from > 0 && from < Content.Length && request.Headers.IfRange?.EntityTag is { } tag && tag.Equals(Tag);
        var response = new HttpResponseMessage(isPart ? HttpStatusCode.PartialContent : HttpStatusCode.OK)
        {
            Content = new ByteArrayContent(isPart ? Content[(int)from..] : Content),
            RequestMessage = request,
        };
        response.Headers.ETag = Tag;
        if (isPart)
        {
            response.Content.Headers.ContentRange = new ContentRangeHeaderValue(from, Content.Length - 1, Content.Length);
        }

        return Task.FromResult(response);
    }
}
