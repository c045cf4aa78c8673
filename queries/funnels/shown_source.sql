-- The source as it is shown, of `counted.source` (stored_source) and `counted.link` (its slug; empty if none is
-- registered): what a printed link brought is a QR code's, a ref without a source is a link's if it is registered.
multiIf(
    counted.source IN ('link', 'unnamed') AND links_now.is_printed, 'qr',
    counted.source = 'unnamed', if(counted.link = '', 'other', 'link'),
    counted.source)
